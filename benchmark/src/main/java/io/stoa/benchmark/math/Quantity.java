package io.stoa.benchmark.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Optional;

/** The value of an expression at one point: exact, or complex with a bound on its error, or none. */
sealed interface Quantity {
    /** Relative error of one operation on doubles, generously. */
    double UNIT = 0x1p-51;

    /** A reduced fraction with a positive denominator. */
    record Exact(BigInteger numerator, BigInteger denominator) implements Quantity {
        static final Exact ZERO = new Exact(BigInteger.ZERO, BigInteger.ONE);
        static final Exact ONE = new Exact(BigInteger.ONE, BigInteger.ONE);

        static Exact of(BigInteger numerator, BigInteger denominator) {
            BigInteger divisor = numerator.gcd(denominator);
            BigInteger signed = denominator.signum() < 0 ? divisor.negate() : divisor;
            return new Exact(numerator.divide(signed), denominator.divide(signed));
        }

        boolean isInteger() {
            return denominator.equals(BigInteger.ONE);
        }

        int bits() {
            return numerator.bitLength() + denominator.bitLength();
        }

        BigDecimal decimal(MathContext context) {
            return new BigDecimal(numerator).divide(new BigDecimal(denominator), context);
        }
    }

    /** Within {@code error} of {@code re + i·im}. */
    record Approximate(double re, double im, double error) implements Quantity {
        double modulus() {
            return Math.hypot(re, im);
        }

        boolean isReal() {
            return im == 0;
        }
    }

    /** No value, and why. */
    record Undefined(String reason) implements Quantity {}

    /** A real value from a function of the library, which errs by a few units in the last place. */
    static Quantity real(double value, double error) {
        return complex(value, 0, error);
    }

    static Quantity complex(double re, double im, double error) {
        double bound = error + 2 * UNIT * Math.hypot(re, im);
        return Double.isFinite(re) && Double.isFinite(im) && Double.isFinite(bound)
                ? new Approximate(re, im, bound)
                : new Undefined("a value is too large");
    }

    /** The value in floating point. */
    static Optional<Approximate> approximate(Quantity quantity) {
        return switch (quantity) {
            case Approximate approximate -> Optional.of(approximate);
            case Undefined _ -> Optional.empty();
            case Exact exact -> {
                boolean small = exact.numerator.bitLength() <= 53 && exact.denominator.bitLength() <= 53;
                double value = small
                        ? exact.numerator.doubleValue() / exact.denominator.doubleValue()
                        : exact.decimal(MathContext.DECIMAL128).doubleValue();
                yield Double.isInfinite(value)
                        ? Optional.empty()
                        : Optional.of(new Approximate(value, 0, Math.ulp(value)));
            }
        };
    }

    static Quantity plus(Approximate a, Approximate b) {
        return complex(a.re + b.re, a.im + b.im, a.error + b.error);
    }

    static Quantity minus(Approximate a, Approximate b) {
        return complex(a.re - b.re, a.im - b.im, a.error + b.error);
    }

    static Quantity times(Approximate a, Approximate b) {
        double error = a.modulus() * b.error + b.modulus() * a.error + a.error * b.error;
        return complex(
                a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re, error + 2 * UNIT * a.modulus() * b.modulus());
    }

    static Quantity inverse(Approximate a) {
        double modulus = a.modulus();
        if (modulus <= 4 * a.error) {
            return new Undefined("a division by zero");
        }
        double square = modulus * modulus;
        return complex(a.re / square, -a.im / square, a.error / (modulus * (modulus - a.error)) + 4 * UNIT / modulus);
    }

    static Quantity exp(Approximate a) {
        double scale = Math.exp(a.re);
        double error = scale * (Math.expm1(a.error) + 4 * UNIT * (1 + a.modulus()));
        return a.isReal() ? real(scale, error) : complex(scale * Math.cos(a.im), scale * Math.sin(a.im), error);
    }

    /** The principal logarithm; an imaginary part within its error counts as none. */
    static Quantity ln(Approximate a) {
        double modulus = a.modulus();
        if (modulus <= 4 * a.error) {
            return new Undefined("a logarithm of zero");
        }
        double angle = Math.abs(a.im) <= a.error ? (a.re < 0 ? Math.PI : 0) : Math.atan2(a.im, a.re);
        return complex(Math.log(modulus), angle, a.error / (modulus - a.error) + 4 * UNIT);
    }

    static Quantity sin(Approximate a) {
        double growth = Math.cosh(Math.abs(a.im) + a.error);
        double error = growth * (a.error + 4 * UNIT);
        return a.isReal()
                ? real(Math.sin(a.re), error)
                : complex(Math.sin(a.re) * Math.cosh(a.im), Math.cos(a.re) * Math.sinh(a.im), error);
    }

    static Quantity cos(Approximate a) {
        double growth = Math.cosh(Math.abs(a.im) + a.error);
        double error = growth * (a.error + 4 * UNIT);
        return a.isReal()
                ? real(Math.cos(a.re), error)
                : complex(Math.cos(a.re) * Math.cosh(a.im), -Math.sin(a.re) * Math.sinh(a.im), error);
    }

    static Quantity arcsin(Approximate a) {
        if (!a.isReal() || Math.abs(a.re) > 1 + a.error) {
            return new Undefined("an arcsine outside of -1 to 1");
        }
        double x = Math.clamp(a.re, -1, 1);
        double distance = 1 - Math.abs(x);
        // Near the ends the function is as steep as a square root.
        double error = distance > 4 * a.error ? a.error / Math.sqrt(distance - a.error) : 4 * Math.sqrt(a.error + UNIT);
        return real(Math.asin(x), error + 2 * UNIT);
    }

    static Quantity arctan(Approximate a) {
        return a.isReal() ? real(Math.atan(a.re), a.error + UNIT) : new Undefined("an arctangent of a complex number");
    }

    static Quantity absolute(Approximate a) {
        return real(a.modulus(), a.error);
    }

    /** The largest whole number that is not larger. */
    static Quantity floor(Approximate a) {
        double nearest = Math.rint(a.re);
        if (!a.isReal() || Math.abs(a.re) > 1e15 || Math.abs(a.re - nearest) <= 4 * a.error) {
            return new Undefined("a value too near to a whole number to be rounded");
        }
        return new Exact(BigInteger.valueOf((long) Math.floor(a.re)), BigInteger.ONE);
    }

    /** Γ(x) of a real number, by Lanczos' series with g = 7 and n = 9 (Godfrey's coefficients). */
    static Quantity gamma(Approximate a) {
        if (!a.isReal() || Math.abs(a.re) > 170) {
            return new Undefined("a factorial that is too large");
        }
        if (a.re < 0.5) {
            double sine = Math.sin(Math.PI * a.re);
            if (Math.abs(sine) <= 8 * a.error + 8 * UNIT) {
                return new Undefined("a factorial of a negative whole number");
            }
            double value = Math.PI / (sine * lanczos(1 - a.re));
            return real(value, Math.abs(value) * (1e-13 + a.error * (8 + 4 / Math.abs(sine))));
        }
        double value = lanczos(a.re);
        return real(value, Math.abs(value) * (1e-13 + a.error * 8));
    }

    private static double lanczos(double x) {
        double[] coefficients = {
            0.9999999999998099,
            676.5203681218851,
            -1259.1392167224028,
            771.3234287776531,
            -176.6150291621406,
            12.507343278686905,
            -0.13857109526572012,
            9.984369578019572e-06,
            1.5056327351493116e-07
        };
        double z = x - 1;
        double series = coefficients[0];
        for (int i = 1; i < coefficients.length; i++) {
            series += coefficients[i] / (z + i);
        }
        double t = z + 7.5;
        return Math.sqrt(2 * Math.PI) * Math.pow(t, (z + 0.5) / 2) * Math.exp(-t) * Math.pow(t, (z + 0.5) / 2) * series;
    }
}

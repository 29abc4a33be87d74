package io.stoa.gateway.audit;

/** Hears of every request when it has ended: the audit, the metrics, the console, the monitor. Never blocks. */
@FunctionalInterface
public interface RecordListener {
    void ended(RequestRecord ended);
}

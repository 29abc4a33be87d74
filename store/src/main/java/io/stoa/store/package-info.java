/** The ledger: append-only, hash-chained, in one SQLite file. */
@NullMarked
package io.stoa.store;

import org.jspecify.annotations.NullMarked;

package io.stoa.edge.device;

import java.util.List;

/** A bundle that runs: verified when it was started, and kept from being overwritten until this is closed. */
public final class Running implements AutoCloseable {
    private final Resident resident;
    private final Bundle bundle;
    private final List<String> notes;
    private final DeviceLock lease;

    Running(Resident resident, Bundle bundle, List<String> notes, DeviceLock lease) {
        this.resident = resident;
        this.bundle = bundle;
        this.notes = List.copyOf(notes);
        this.lease = lease;
    }

    public Resident resident() {
        return resident;
    }

    public Bundle bundle() {
        return bundle;
    }

    /** What a person should know, such as that the bundle has expired. */
    public List<String> notes() {
        return notes;
    }

    @Override
    public void close() {
        lease.close();
    }
}

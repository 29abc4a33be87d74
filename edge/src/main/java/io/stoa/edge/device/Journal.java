package io.stoa.edge.device;

/**
 * What a device without a network writes down about itself, bounded and tamper-evident. It never keeps a device from
 * answering: what cannot be written is counted, and the count is written when something can be again.
 */
public interface Journal extends DeviceEvent.Listener, AutoCloseable {
    /** A question was asked. */
    void answered(Answered answered);

    /** What the answers since the last time looked like. */
    void signals(Signals signals);

    @Override
    void close();
}

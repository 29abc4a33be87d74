/**
 * Machines: the one at hand, and those that one may buy or rent.
 *
 * <p>How much memory and how many cores this process may really use, and how busy others keep them: on Linux everything
 * is read from {@code /proc} and {@code /sys/fs/cgroup} (versions 2 and 1), because a container's limit is often far
 * below the machine's memory. Elsewhere the Java platform's own figures are used. Sources: proc(5); cgroup-v2.rst and
 * cgroup-v1/memory.rst in the kernel's documentation.
 *
 * <p>Machines elsewhere are {@link io.stoa.hardware.machine.MachineType}s of a {@link
 * io.stoa.hardware.machine.MachineCatalogue}: makers' figures with their sources, extended by the user's files, which
 * bring prices.
 */
@NullMarked
package io.stoa.hardware.machine;

import org.jspecify.annotations.NullMarked;

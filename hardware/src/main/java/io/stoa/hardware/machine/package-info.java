/**
 * The machine at hand: how much memory and how many cores this process may really use, and how busy others keep it.
 *
 * <p>On Linux everything is read from {@code /proc} and {@code /sys/fs/cgroup} (versions 2 and 1), because a container's
 * limit is often far below the machine's memory. Elsewhere the Java platform's own figures are used. Sources: proc(5);
 * cgroup-v2.rst and cgroup-v1/memory.rst in the kernel's documentation.
 */
@NullMarked
package io.stoa.hardware.machine;

import org.jspecify.annotations.NullMarked;

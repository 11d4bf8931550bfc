/**
 * The hypervisor by libvirt: its calls, its threads and its errors.
 *
 * <p>What comes in is the calls of a {@link io.ballast.host.trade.Hypervisor}, and where libvirt
 * is. What goes out is domains, progress and ends of migrations, or a refusal in words of ours. It
 * never lets a call that hangs hold up others than its like, and never shows a class of libvirt or
 * a native pointer to anybody.
 */
@NullMarked
package io.ballast.host.libvirt;

import org.jspecify.annotations.NullMarked;

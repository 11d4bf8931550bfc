package io.ballast.messages;

import java.util.Optional;

/**
 * What runs a virtual machine at its host, in libvirt's words.
 *
 * @param emulator the program; absent = the usual one of the host
 * @param architecture such as {@code x86_64}
 * @param type of the machine, such as {@code pc-q35-7.2}
 * @param accelerator such as {@code kvm}
 * @param version of the hypervisor that is installed where it is: 1 000 000 for each major, 1 000
 *     for each minor one
 */
public record Machine(
    Optional<String> emulator, String architecture, String type, String accelerator, long version) {
  public Machine {
    Fields.required(emulator, "emulator");
    Fields.text(architecture, "architecture");
    Fields.text(type, "type");
    Fields.text(accelerator, "accelerator");
    if (version < 0) {
      throw new IllegalArgumentException("field 'version' is " + version + "; it is at least 0");
    }
  }
}

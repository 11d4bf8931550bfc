package io.ballast.storage.libvirt;

/**
 * Where a disk is plugged into a virtual machine.
 *
 * @param vm the name of its domain
 * @param target such as {@code vda}
 */
record Slot(String vm, String target) {
  @Override
  public String toString() {
    return "disk " + target + " of VM " + vm;
  }
}

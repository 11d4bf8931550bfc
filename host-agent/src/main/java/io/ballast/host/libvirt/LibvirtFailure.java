package io.ballast.host.libvirt;

/** A call of our own to libvirt that failed, as libvirt-java's exceptions can't be made here. */
final class LibvirtFailure extends Exception {
  private static final long serialVersionUID = 1;

  private final transient LibvirtRefusal refusal;

  LibvirtFailure(LibvirtRefusal refusal) {
    super(refusal.sentence(), null, false, false);
    this.refusal = refusal;
  }

  LibvirtRefusal refusal() {
    return refusal;
  }
}

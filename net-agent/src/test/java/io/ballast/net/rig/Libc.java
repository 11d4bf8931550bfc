package io.ballast.net.rig;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;

/** The functions of the C library that Java lacks, by their C names. */
interface Libc extends Library {
  Libc CALLS = Native.load("c", Libc.class);

  int O_RDWR = 2;
  int O_NONBLOCK = 0x800;
  int O_CLOEXEC = 0x80000;
  int CLONE_NEWNET = 0x40000000;
  long TUNSETIFF = 0x400454caL;
  short IFF_TAP = 2;
  short IFF_NO_PI = 0x1000;
  short POLLIN = 1;

  int open(String path, int flags) throws LastErrorException;

  int close(int file) throws LastErrorException;

  NativeLong read(int file, byte[] into, NativeLong length) throws LastErrorException;

  NativeLong write(int file, byte[] from, NativeLong length) throws LastErrorException;

  int poll(byte[] files, NativeLong count, int milliseconds) throws LastErrorException;

  int setns(int file, int kind) throws LastErrorException;

  int ioctl(int file, NativeLong request, Object... argument) throws LastErrorException;
}

package io.ballast.messages;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A disk's file that hosts are to share.
 *
 * @param place by which the virtual machine knows the disk, such as {@code vda}
 * @param path of the file, absolute and in one form
 * @param fileSystem on which it lies, as the kernel calls its kind, such as {@code nfs4}
 * @param inode its number there, in decimal; absent where hosts see different numbers for one file
 */
public record DiskFile(String place, String path, String fileSystem, Optional<String> inode) {
  /** So many of one virtual machine are told at most. */
  public static final int MOST = 64;

  private static final int LONGEST_KIND = 100;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,20}");

  public DiskFile {
    Fields.word(place, "place");
    Fields.path(path, "path");
    Fields.brief(fileSystem, "fileSystem", LONGEST_KIND);
    Fields.required(inode, "inode").ifPresent(DiskFile::number);
  }

  private static void number(String inode) {
    if (!NUMBER.matcher(inode).matches()) {
      throw new IllegalArgumentException(
          "field 'inode' is '" + inode + "'; it must be a number of at most 20 digits");
    }
  }
}

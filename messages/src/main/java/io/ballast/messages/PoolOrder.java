package io.ballast.messages;

/**
 * Work on a pool of a host. It is answered by {@link Reply.Accepted} or refused at once; then it
 * ends in exactly one {@link Event.WorkFinished}, whose operation is the command's message id and
 * whose object is the pool.
 */
public sealed interface PoolOrder extends StorageCommand<Reply.Accepted> {
  /** The name of the pool. */
  String pool();

  /**
   * Make a pool known to the host, start it, and have it started whenever the host starts. One of
   * that name and source may be there already.
   */
  record DefinePool(String pool, PoolSource source) implements PoolOrder {
    public DefinePool {
      VolumeId.checked(pool, "pool");
      Fields.required(source, "source");
    }
  }

  /**
   * Make the disks in a pool usable: mount it, or find it, now and whenever the host starts.
   * Succeeds if they are.
   */
  record StartPool(String pool) implements PoolOrder {
    public StartPool {
      VolumeId.checked(pool, "pool");
    }
  }

  /** Have the host look at a pool anew, for what others have put there or taken away. */
  record RefreshPool(String pool) implements PoolOrder {
    public RefreshPool {
      VolumeId.checked(pool, "pool");
    }
  }

  /**
   * Let go of a pool that no running virtual machine uses, until it is started again. Succeeds if
   * it is not active.
   */
  record StopPool(String pool) implements PoolOrder {
    public StopPool {
      VolumeId.checked(pool, "pool");
    }
  }

  /** Forget a pool that is not active; what lies in it stays. Succeeds if there is none. */
  record ForgetPool(String pool) implements PoolOrder {
    public ForgetPool {
      VolumeId.checked(pool, "pool");
    }
  }
}

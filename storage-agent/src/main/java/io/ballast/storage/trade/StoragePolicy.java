package io.ballast.storage.trade;

/** What a host lets its storage agent do. */
public record StoragePolicy(PoolPolicy pools, FetchPolicy images) {
  public static final StoragePolicy DEFAULT =
      new StoragePolicy(PoolPolicy.DEFAULT, FetchPolicy.DEFAULT);
}

package io.stoa.gateway.audit;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * The Merkle tree of RFC 9162, section 2.1, over SHA-256: a leaf's hash is that of {@code 00} and the leaf, a node's that
 * of {@code 01} and its two children. Leaves here are the 32 bytes of a record's digest. Grows leaf by leaf and keeps
 * only the roots of its full subtrees: one hash per leaf on average, and memory for log₂ n.
 */
final class MerkleTree {
    private final MessageDigest sha256;
    /** Roots of the full subtrees, the largest first; their sizes are the bits of {@link #size}. */
    private final List<byte[]> roots = new ArrayList<>();

    private long size;

    MerkleTree(MessageDigest sha256) {
        this.sha256 = sha256;
    }

    long size() {
        return size;
    }

    void clear() {
        roots.clear();
        size = 0;
    }

    void add(byte[] leaf) {
        byte[] node = leafHash(sha256, leaf);
        for (long full = size; (full & 1) == 1; full >>= 1) {
            node = nodeHash(sha256, roots.removeLast(), node);
        }
        roots.add(node);
        size++;
    }

    /** The root over all leaves so far; of none, the digest of nothing. */
    byte[] root() {
        if (roots.isEmpty()) {
            return sha256.digest();
        }
        byte[] node = roots.getLast();
        for (int i = roots.size() - 2; i >= 0; i--) {
            node = nodeHash(sha256, roots.get(i), node);
        }
        return node;
    }

    /** The path that proves that a leaf is in the tree of these leaves (RFC 9162, section 2.1.3.1), from the leaf up. */
    static List<byte[]> path(MessageDigest sha256, List<byte[]> leaves, int index) {
        List<byte[]> path = new ArrayList<>();
        path(sha256, leaves, index, path);
        return path;
    }

    private static void path(MessageDigest sha256, List<byte[]> leaves, int index, List<byte[]> path) {
        if (leaves.size() == 1) {
            return;
        }
        int left = Integer.highestOneBit(leaves.size() - 1);
        List<byte[]> near = index < left ? leaves.subList(0, left) : leaves.subList(left, leaves.size());
        List<byte[]> far = index < left ? leaves.subList(left, leaves.size()) : leaves.subList(0, left);
        path(sha256, near, index < left ? index : index - left, path);
        path.add(rootOf(sha256, far));
    }

    private static byte[] rootOf(MessageDigest sha256, List<byte[]> leaves) {
        MerkleTree tree = new MerkleTree(sha256);
        leaves.forEach(tree::add);
        return tree.root();
    }

    /** The root that a path leads to (RFC 9162, section 2.1.3.2). */
    static byte[] follow(MessageDigest sha256, byte[] leaf, long index, long size, List<byte[]> path) {
        long at = index;
        long last = size - 1;
        byte[] node = leafHash(sha256, leaf);
        for (byte[] sibling : path) {
            if ((at & 1) == 1 || at == last) {
                node = nodeHash(sha256, sibling, node);
                while ((at & 1) == 0 && at != 0) {
                    at >>= 1;
                    last >>= 1;
                }
            } else {
                node = nodeHash(sha256, node, sibling);
            }
            at >>= 1;
            last >>= 1;
        }
        return node;
    }

    private static byte[] leafHash(MessageDigest sha256, byte[] leaf) {
        sha256.update((byte) 0);
        return sha256.digest(leaf);
    }

    private static byte[] nodeHash(MessageDigest sha256, byte[] left, byte[] right) {
        sha256.update((byte) 1);
        sha256.update(left);
        return sha256.digest(right);
    }
}

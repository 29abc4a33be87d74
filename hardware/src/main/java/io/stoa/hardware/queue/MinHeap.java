package io.stoa.hardware.queue;

/** A binary heap of numbers with a tag each, without boxes: millions of them pass through it in a second. */
final class MinHeap {
    private final double[] keys;
    private final int[] tags;
    private int size;

    MinHeap(int capacity) {
        keys = new double[capacity];
        tags = new int[capacity];
    }

    int size() {
        return size;
    }

    double minKey() {
        return keys[0];
    }

    int minTag() {
        return tags[0];
    }

    void add(double key, int tag) {
        int place = size++;
        while (place > 0 && keys[(place - 1) / 2] > key) {
            keys[place] = keys[(place - 1) / 2];
            tags[place] = tags[(place - 1) / 2];
            place = (place - 1) / 2;
        }
        keys[place] = key;
        tags[place] = tag;
    }

    /** Gives the least one another key. */
    void replaceMin(double key) {
        sink(key, tags[0]);
    }

    void removeMin() {
        size--;
        sink(keys[size], tags[size]);
    }

    private void sink(double key, int tag) {
        int place = 0;
        for (int child = 1; child < size; child = 2 * place + 1) {
            if (child + 1 < size && keys[child + 1] < keys[child]) {
                child++;
            }
            if (keys[child] >= key) {
                break;
            }
            keys[place] = keys[child];
            tags[place] = tags[child];
            place = child;
        }
        if (size > 0) {
            keys[place] = key;
            tags[place] = tag;
        }
    }
}

package dev.concord.bench;

import java.util.Locale;

/** What is done with a document compatible with Yjs, here, by Yjs in node and by yrs; the names are those that the programs take. */
enum YjsWork {
    ONE_BY_ONE("updates one by one", "ms"),
    LOAD("load", "ms"),
    ENCODE("encode", "ms"),
    TEXT("text", "ms"),
    HEAP("memory of the loaded document", "KB");

    final String title;
    final String unit;

    YjsWork(String title, String unit) {
        this.title = title;
        this.unit = unit;
    }

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package io.stoa.benchmark.dataset;

import io.stoa.model.StoaException;

/** A secret that never shows itself. */
public record HubToken(String secret) {
    public HubToken {
        if (!secret.matches("[!-~]{1,1024}")) {
            throw StoaException.user("HF_TOKEN: holds white space or signs that no token has; copy it again");
        }
    }

    @Override
    public String toString() {
        return "HubToken[hidden]";
    }
}

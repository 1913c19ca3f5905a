package dev.pluglm.disk;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, which checksums and fingerprints are made with. */
public final class Sha256 {

    private Sha256() {}

    /** A digest that has seen nothing yet. */
    public static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}

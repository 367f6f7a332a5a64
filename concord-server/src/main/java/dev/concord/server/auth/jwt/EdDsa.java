package dev.concord.server.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.crypto.impl.CriticalHeaderParamsDeferral;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Set;

/** Checks signatures of Ed25519 (RFC 8037) with the JDK, since the library leaves them to another one. Thread-safe. */
final class EdDsa extends BaseJWSProvider implements JWSVerifier {
    private static final String NAME = "Ed25519";
    private static final int KEY_BYTES = 32;
    /** What comes before the 32 bytes of a key in its standard form (RFC 8410, section 4). */
    private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    /** Adds Ed25519 to what the library checks by itself. */
    static final class Factory extends DefaultJWSVerifierFactory {
        @Override
        public JWSVerifier createJWSVerifier(JWSHeader header, Key key) throws JOSEException {
            return key instanceof EdECPublicKey edwards && JWSAlgorithm.EdDSA.equals(header.getAlgorithm())
                    ? new EdDsa(edwards)
                    : super.createJWSVerifier(header, key);
        }
    }

    private final PublicKey key;
    private final CriticalHeaderParamsDeferral critical = new CriticalHeaderParamsDeferral();

    private EdDsa(PublicKey key) {
        super(Set.of(JWSAlgorithm.EdDSA));
        this.key = key;
    }

    /**
     * A key of the JDK.
     *
     * @param x the 32 bytes of the key
     * @throws JOSEException when they are not a key
     */
    static Key key(byte[] x) throws JOSEException {
        if (x.length != KEY_BYTES) {
            throw new JOSEException("a key of Ed25519 has " + KEY_BYTES + " bytes");
        }
        byte[] encoded = new byte[PREFIX.length + x.length];
        System.arraycopy(PREFIX, 0, encoded, 0, PREFIX.length);
        System.arraycopy(x, 0, encoded, PREFIX.length, x.length);
        try {
            return KeyFactory.getInstance(NAME).generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new JOSEException("not a key of Ed25519", e);
        }
    }

    @Override
    public boolean verify(JWSHeader header, byte[] signed, Base64URL signature) throws JOSEException {
        if (!critical.headerPasses(header)) {
            return false;
        }
        try {
            Signature check = Signature.getInstance(NAME);
            check.initVerify(key);
            check.update(signed);
            return check.verify(signature.decode());
        } catch (SignatureException e) {
            // Of another length, or out of range.
            return false;
        } catch (GeneralSecurityException e) {
            throw new JOSEException("a signature could not be checked", e);
        }
    }
}

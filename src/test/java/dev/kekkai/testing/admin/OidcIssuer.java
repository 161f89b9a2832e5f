package dev.kekkai.testing.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** An OpenID Connect issuer on loopback: discovery, its keys, and tokens that it signs (RFC 7519, RS256). */
public final class OidcIssuer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer http;
    private final String scheme;
    private final KeyPair key;

    private OidcIssuer(HttpServer http, String scheme, KeyPair key) {
        this.http = http;
        this.scheme = scheme;
        this.key = key;
    }

    /** Over plain HTTP. */
    public static OidcIssuer start() throws IOException, GeneralSecurityException {
        return serve(HttpServer.create(anyPort(), 0), "http");
    }

    /** Over TLS, with the certificate {@code server}. */
    public static OidcIssuer startTls(OperatorCertificates certificates) throws IOException, GeneralSecurityException {
        HttpsServer https = HttpsServer.create(anyPort(), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(certificates.tls("server-ca", "server")));
        return serve(https, "https");
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static OidcIssuer serve(HttpServer http, String scheme) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        OidcIssuer issuer = new OidcIssuer(http, scheme, generator.generateKeyPair());
        http.createContext(
                "/.well-known/openid-configuration",
                call -> answer(
                        call,
                        Map.of(
                                "issuer", issuer.url(),
                                "jwks_uri", issuer.url() + "/keys",
                                "authorization_endpoint", issuer.url() + "/authorize",
                                "token_endpoint", issuer.url() + "/token")));
        http.createContext("/keys", call -> answer(call, Map.of("keys", List.of(publicKey(issuer.key)))));
        http.start();
        return issuer;
    }

    public String url() {
        return scheme + "://127.0.0.1:" + http.getAddress().getPort();
    }

    /** The claims of a good token, to be changed by a test. */
    public Map<String, Object> claims(String name, String... groups) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", url());
        claims.put("aud", "kekkai");
        claims.put("sub", "sub-of-" + name);
        claims.put("preferred_username", name);
        claims.put("iat", Instant.now().getEpochSecond());
        claims.put("exp", Instant.now().plusSeconds(600).getEpochSecond());
        claims.put("groups", List.of(groups));
        return claims;
    }

    /** A token for somebody who is in these groups. */
    public String token(String name, String... groups) throws Exception {
        return sign(claims(name, groups), key);
    }

    /** A token with any claims. */
    public String token(Map<String, Object> claims) throws Exception {
        return sign(claims, key);
    }

    /** The same, signed by somebody else under the name of our key. */
    public String forged(Map<String, Object> claims) throws Exception {
        return sign(claims, KeyPairGenerator.getInstance("RSA").generateKeyPair());
    }

    /** The same without any signature, {@code alg: none}. */
    public String unsigned(Map<String, Object> claims) throws Exception {
        return encode(JSON.writeValueAsBytes(Map.of("alg", "none")))
                + '.'
                + encode(JSON.writeValueAsBytes(claims))
                + '.';
    }

    /** A token of another kind, as its header says. */
    public String typed(String type, Map<String, Object> claims) throws Exception {
        return sign(Map.of("alg", "RS256", "typ", type, "kid", "one"), claims, key);
    }

    /** The same with a MAC whose secret is our public key, which everybody knows: {@code alg: HS256}. */
    public String macByPublicKey(Map<String, Object> claims) throws Exception {
        String content = content(Map.of("alg", "HS256", "typ", "JWT", "kid", "one"), claims);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.getPublic().getEncoded(), "HmacSHA256"));
        return content + '.' + encode(mac.doFinal(content.getBytes(UTF_8)));
    }

    /** The same signed by a key of the forger's that the header brings along (RFC 7515, section 4.1.3). */
    public String withOwnKey(Map<String, Object> claims) throws Exception {
        KeyPair forgers = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        return sign(Map.of("alg", "RS256", "typ", "JWT", "kid", "one", "jwk", publicKey(forgers)), claims, forgers);
    }

    private static String sign(Map<String, Object> claims, KeyPair by) throws Exception {
        return sign(Map.of("alg", "RS256", "typ", "JWT", "kid", "one"), claims, by);
    }

    private static String content(Map<String, ?> header, Map<String, Object> claims) throws Exception {
        return encode(JSON.writeValueAsBytes(header)) + '.' + encode(JSON.writeValueAsBytes(claims));
    }

    private static String sign(Map<String, ?> header, Map<String, Object> claims, KeyPair by) throws Exception {
        String content = content(header, claims);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(by.getPrivate());
        signature.update(content.getBytes(UTF_8));
        return content + '.' + encode(signature.sign());
    }

    private static Map<String, String> publicKey(KeyPair key) {
        RSAPublicKey rsa = (RSAPublicKey) key.getPublic();
        return Map.of(
                "kty",
                "RSA",
                "use",
                "sig",
                "alg",
                "RS256",
                "kid",
                "one",
                "n",
                encode(unsigned(rsa.getModulus())),
                "e",
                encode(unsigned(rsa.getPublicExponent())));
    }

    private static byte[] unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static void answer(HttpExchange call, Map<String, ?> content) throws IOException {
        byte[] body = JSON.writeValueAsBytes(content);
        call.getResponseHeaders().add("Content-Type", "application/json");
        call.sendResponseHeaders(200, body.length);
        call.getResponseBody().write(body);
        call.close();
    }

    @Override
    public void close() {
        http.stop(0);
    }
}

package dev.kekkai.custody.pkcs11;

import iaik.pkcs.pkcs11.wrapper.CK_TOKEN_INFO;
import iaik.pkcs.pkcs11.wrapper.CK_VERSION;
import iaik.pkcs.pkcs11.wrapper.PKCS11;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The {@code C_} functions of a module that answers some calls with an error; a session handle is a new number, the rest does nothing. */
final class FaultyModule {
    private static final CK_TOKEN_INFO TOKEN = new CK_TOKEN_INFO();

    static {
        TOKEN.label = "faulty".toCharArray();
        TOKEN.serialNumber = "1".toCharArray();
        TOKEN.manufacturerID = "Kekkai".toCharArray();
        TOKEN.model = "proxy".toCharArray();
        TOKEN.firmwareVersion = new CK_VERSION();
    }

    private final Map<String, Queue<Long>> faults = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    private final AtomicLong sessions = new AtomicLong();
    private final PKCS11 functions = (PKCS11) Proxy.newProxyInstance(
            FaultyModule.class.getClassLoader(),
            new Class<?>[] {PKCS11.class},
            (self, method, arguments) -> call(method, arguments));

    PKCS11 functions() {
        return functions;
    }

    Cryptoki cryptoki() {
        return new Cryptoki(functions);
    }

    /** Its one token, in slot 0. */
    static TokenIdentity token() {
        return TokenIdentity.of(0, TOKEN);
    }

    /** The next calls of a function that nothing is planned for yet answer with these codes, one each. */
    void fail(String function, Long... codes) {
        faults.computeIfAbsent(function, name -> new ConcurrentLinkedQueue<>()).addAll(java.util.List.of(codes));
    }

    int calls(String function) {
        AtomicInteger counted = calls.get(function);
        return counted == null ? 0 : counted.get();
    }

    private Object call(Method method, Object[] arguments) throws PKCS11Exception, ReflectiveOperationException {
        if (method.getDeclaringClass() == Object.class) {
            return own(method, arguments);
        }
        calls.computeIfAbsent(method.getName(), name -> new AtomicInteger()).incrementAndGet();
        Queue<Long> planned = faults.get(method.getName());
        Long code = planned == null ? null : planned.poll();
        if (code != null) {
            throw new PKCS11Exception(code);
        }
        if (method.getName().equals("C_OpenSession")) {
            return sessions.incrementAndGet();
        }
        if (method.getName().equals("C_GetTokenInfo")) {
            return TOKEN;
        }
        return method.getReturnType() == long.class ? 0L : null;
    }

    private Object own(Method method, Object[] arguments) throws IllegalAccessException, InvocationTargetException {
        return method.invoke(this, arguments);
    }
}

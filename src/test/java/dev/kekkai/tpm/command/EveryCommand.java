package dev.kekkai.tpm.command;

import static dev.kekkai.tpm.command.CommandCode.*;

import dev.kekkai.attestation.credential.WrappedCredential;
import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.command.CommandCase.Scenario;
import dev.kekkai.tpm.session.AuthSession;
import dev.kekkai.tpm.session.Authorization;
import dev.kekkai.tpm.session.Password;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.NvAttributes;
import dev.kekkai.tpm.structure.NvPublic;
import dev.kekkai.tpm.structure.PcrSelection;
import dev.kekkai.tpm.structure.PcrSelectionList;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.SavedContext;
import dev.kekkai.tpm.structure.Sensitive;
import dev.kekkai.tpm.structure.Signature;
import dev.kekkai.tpm.structure.Ticket;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A case for each {@link CommandCode}; a test asserts that none is missing. */
final class EveryCommand {
    private static final String ECC_PUBLIC = "{2 2 4 b 2 2 2 2 2 2 b b}";
    private static final String HMAC_PUBLIC = "{2 2 4 b 2 2 b}";
    private static final String TICKET = "2 4 b";
    private static final Entity OWNER = Entity.of(Hierarchy.OWNER);
    private static final Entity ENDORSEMENT = Entity.of(Hierarchy.ENDORSEMENT);
    private static final int PERSISTENT = 0x8101_0099;
    private static final byte[] DIGEST = HashAlg.SHA256.digest(new byte[] {1});
    private static final byte[] DATA = {1, 2, 3, 4, 5, 6, 7, 8};
    private static final PcrSelection PCR = PcrSelection.of(HashAlg.SHA256, 7);
    private static final int PLAIN = NvAttributes.OWNER_READ | NvAttributes.OWNER_WRITE | NvAttributes.NO_DA;

    private EveryCommand() {}

    static List<CommandCase> cases() {
        return Stream.of(system(), objects(), nv(), policies(), keys())
                .flatMap(List::stream)
                .toList();
    }

    private static List<CommandCase> system() {
        return List.of(
                bare(
                        SHUTDOWN,
                        true,
                        "",
                        (tpm, stage) -> stage.perform(extra -> {
                            new SystemCommands(tpm).shutdown(extra);
                            return null;
                        })),
                bare(
                        GET_RANDOM,
                        true,
                        "b",
                        (tpm, stage) -> stage.perform(extra -> new SystemCommands(tpm).random(16, extra))),
                bare(
                        GET_CAPABILITY,
                        true,
                        "1 4 n 4 4",
                        (tpm, stage) -> stage.perform(extra -> {
                            new CapabilityCommands(tpm).property(0x100, extra);
                            return null;
                        })),
                bare(
                        PCR_READ,
                        true,
                        "4 n 2 s 3 n b",
                        (tpm, stage) -> stage.perform(extra -> {
                            new PcrCommands(tpm).read(PCR, extra);
                            return null;
                        })),
                auth(
                        PCR_EXTEND,
                        1,
                        "",
                        (tpm, stage) -> stage.perform(extra -> {
                            new PcrCommands(tpm).extend(7, Map.of(HashAlg.SHA256, DIGEST), with(1, extra));
                            return null;
                        })),
                auth(
                        CLEAR,
                        1,
                        "",
                        (tpm, stage) -> stage.perform(extra -> {
                            new SystemCommands(tpm).clear(Hierarchy.LOCKOUT, with(1, extra));
                            return null;
                        })));
    }

    private static List<CommandCase> objects() {
        return List.of(
                auth(
                        CREATE_PRIMARY,
                        1,
                        ECC_PUBLIC + "b b" + TICKET + "b",
                        (tpm, stage) -> stage.perform(extra -> new ObjectCommands(tpm)
                                .createPrimary(
                                        Hierarchy.OWNER, Templates.storage(), Sensitive.none(), with(1, extra)))),
                auth(
                        CREATE,
                        1,
                        "b" + HMAC_PUBLIC + "b b" + TICKET,
                        withParent((tpm, parent, stage) -> stage.perform(extra -> {
                            new ObjectCommands(tpm).create(parent.entity(), Templates.hmac(), key(), with(1, extra));
                            return null;
                        }))),
                auth(LOAD, 1, "b", withParent((tpm, parent, stage) -> {
                    CreatedObject made = new ObjectCommands(tpm).create(parent.entity(), Templates.hmac(), key());
                    stage.perform(extra -> new ObjectCommands(tpm).load(parent.entity(), made, with(1, extra)));
                })),
                bare(
                        LOAD_EXTERNAL,
                        true,
                        "b",
                        withParent((tpm, parent, stage) -> stage.perform(extra ->
                                new ObjectCommands(tpm).loadExternal(parent.publicArea(), Hierarchy.NULL, extra)))),
                bare(
                        READ_PUBLIC,
                        true,
                        ECC_PUBLIC + "b b",
                        withParent((tpm, parent, stage) -> stage.perform(extra -> {
                            new ObjectCommands(tpm).readPublic(parent.entity(), extra);
                            return null;
                        }))),
                bare(
                        CONTEXT_SAVE,
                        false,
                        "8 4 4 b",
                        withParent((tpm, parent, stage) -> stage.perform(extra -> {
                            new ContextCommands(tpm).save(parent);
                            return null;
                        }))),
                bare(CONTEXT_LOAD, false, "", withParent((tpm, parent, stage) -> {
                    SavedContext saved = new ContextCommands(tpm).save(parent);
                    stage.perform(extra -> new ContextCommands(tpm).load(saved, parent.publicArea()));
                })),
                bare(FLUSH_CONTEXT, false, "", (tpm, stage) -> {
                    LoadedObject object = primary(tpm, Hierarchy.OWNER, Templates.storage());
                    stage.perform(extra -> {
                        tpm.flush(object.entity().handle());
                        return null;
                    });
                }),
                auth(EVICT_CONTROL, 1, "", withParent((tpm, parent, stage) -> {
                    stage.perform(extra -> {
                        new ContextCommands(tpm).persist(Hierarchy.OWNER, parent, PERSISTENT, with(1, extra));
                        return null;
                    });
                    new ContextCommands(tpm)
                            .evict(
                                    Hierarchy.OWNER,
                                    new Entity(PERSISTENT, parent.publicArea().name()));
                })));
    }

    private static List<CommandCase> nv() {
        return List.of(
                auth(NV_DEFINE_SPACE, 1, "", (tpm, stage) -> {
                    NvPublic index = NvCommands.ordinary(0x0180_0100, PLAIN, DATA.length);
                    stage.perform(extra -> {
                        new NvCommands(tpm).define(Hierarchy.OWNER, none(), index, with(1, extra));
                        return null;
                    });
                    new NvCommands(tpm).undefine(Hierarchy.OWNER, index);
                }),
                auth(NV_UNDEFINE_SPACE, 1, "", (tpm, stage) -> {
                    NvPublic index = NvCommands.ordinary(0x0180_0101, PLAIN, DATA.length);
                    new NvCommands(tpm).define(Hierarchy.OWNER, none(), index);
                    stage.perform(extra -> {
                        new NvCommands(tpm).undefine(Hierarchy.OWNER, index, with(1, extra));
                        return null;
                    });
                }),
                bare(
                        NV_READ_PUBLIC,
                        true,
                        "{4 2 4 b 2} b",
                        withIndex(
                                PLAIN,
                                (tpm, index, stage) -> stage.perform(extra -> {
                                    new NvCommands(tpm).readPublic(NvCommands.index(index), extra);
                                    return null;
                                }))),
                auth(
                        NV_WRITE,
                        1,
                        "",
                        withIndex(
                                PLAIN,
                                (tpm, index, stage) -> stage.perform(extra -> {
                                    new NvCommands(tpm).write(OWNER, index, DATA, with(1, extra));
                                    return null;
                                }))),
                auth(NV_READ, 1, "b", withIndex(PLAIN, (tpm, index, stage) -> {
                    new NvCommands(tpm).write(OWNER, index, DATA);
                    stage.perform(extra -> {
                        new NvCommands(tpm).read(OWNER, NvCommands.written(index), with(1, extra));
                        return null;
                    });
                })),
                auth(NV_INCREMENT, 1, "", withIndex(PLAIN | NvAttributes.COUNTER, (tpm, index, stage) -> {
                    new NvCommands(tpm).increment(OWNER, index);
                    stage.perform(extra -> {
                        new NvCommands(tpm).increment(OWNER, NvCommands.written(index), with(1, extra));
                        return null;
                    });
                })));
    }

    private static List<CommandCase> policies() {
        return List.of(
                bare(
                        START_AUTH_SESSION,
                        false,
                        "b",
                        (tpm, stage) -> stage.perform(extra -> new SessionCommands(tpm).policy(HashAlg.SHA256))),
                auth(
                        POLICY_SECRET,
                        1,
                        "b" + TICKET,
                        withPolicy((tpm, policy, extra) -> policy.secret(ENDORSEMENT, with(1, extra)))),
                bare(
                        POLICY_PCR,
                        true,
                        "",
                        withPolicy((tpm, policy, extra) -> policy.pcr(PcrSelectionList.of(PCR), extra))),
                bare(
                        POLICY_COMMAND_CODE,
                        true,
                        "",
                        withPolicy((tpm, policy, extra) -> policy.commandCode(UNSEAL, extra))),
                bare(
                        POLICY_OR,
                        true,
                        "",
                        withPolicy((tpm, policy, extra) -> policy.or(List.of(new byte[32], DIGEST), extra))),
                bare(
                        POLICY_AUTHORIZE,
                        true,
                        "",
                        withPolicy((tpm, policy, extra) -> policy.authorize(
                                new byte[0],
                                new byte[0],
                                AkTemplate.template().name(),
                                new Ticket(0x8022, Hierarchy.NULL.handle(), new byte[0]),
                                extra))),
                bare(POLICY_GET_DIGEST, true, "b", withPolicy((tpm, policy, extra) -> policy.digest(extra))),
                bare(POLICY_RESTART, true, "", withPolicy((tpm, policy, extra) -> policy.restart(extra))),
                auth(POLICY_NV, 1, "", withIndex(PLAIN, (tpm, index, stage) -> {
                    new NvCommands(tpm).write(OWNER, index, DATA);
                    try (AuthSession trial = new SessionCommands(tpm).trial(HashAlg.SHA256)) {
                        stage.perform(extra -> {
                            new PolicyCommands(tpm, trial)
                                    .nv(OWNER, NvCommands.written(index), DATA, Comparison.EQUAL, with(1, extra));
                            return null;
                        });
                    }
                })));
    }

    private static List<CommandCase> keys() {
        return List.of(
                auth(HMAC, 1, "b", withParent((tpm, parent, stage) -> {
                    try (LoadedObject key = child(tpm, parent, Templates.hmac())) {
                        stage.perform(extra -> new KeyCommands(tpm).hmac(key.entity(), DATA, with(1, extra)));
                    }
                })),
                auth(UNSEAL, 1, "b", withParent((tpm, parent, stage) -> {
                    try (LoadedObject sealed = child(tpm, parent, Templates.sealed(new byte[0]))) {
                        stage.perform(extra -> new KeyCommands(tpm).unseal(sealed.entity(), with(1, extra)));
                    }
                })),
                auth(SIGN, 1, "2 2 b b", (tpm, stage) -> {
                    try (LoadedObject key = primary(tpm, Hierarchy.OWNER, Templates.signing())) {
                        stage.perform(extra -> {
                            new KeyCommands(tpm).sign(key.entity(), DIGEST, with(1, extra));
                            return null;
                        });
                    }
                }),
                bare(VERIFY_SIGNATURE, true, TICKET, (tpm, stage) -> {
                    try (LoadedObject key = primary(tpm, Hierarchy.OWNER, Templates.signing())) {
                        Signature signature = new KeyCommands(tpm).sign(key.entity(), DIGEST);
                        stage.perform(extra -> {
                            new KeyCommands(tpm).verifySignature(key.entity(), DIGEST, signature, extra);
                            return null;
                        });
                    }
                }),
                auth(QUOTE, 1, "b 2 2 b b", (tpm, stage) -> {
                    try (LoadedObject ak = primary(tpm, Hierarchy.ENDORSEMENT, AkTemplate.template())) {
                        stage.perform(extra -> {
                            new AttestationCommands(tpm)
                                    .quote(ak.entity(), DIGEST, PcrSelectionList.of(PCR), with(1, extra));
                            return null;
                        });
                    }
                }),
                auth(ACTIVATE_CREDENTIAL, 2, "b", (tpm, stage) -> {
                    // The high range can be used with its empty authorisation value.
                    try (LoadedObject ek = primary(tpm, Hierarchy.ENDORSEMENT, EkTemplate.H_2.template());
                            LoadedObject ak = primary(tpm, Hierarchy.ENDORSEMENT, AkTemplate.template());
                            Secret secret = Secret.owning(DIGEST.clone())) {
                        WrappedCredential credential = WrappedCredential.make(
                                ek.publicArea(), ak.publicArea().name(), secret, new SecureRandom());
                        stage.perform(extra -> new AttestationCommands(tpm)
                                .activateCredential(
                                        ak.entity(),
                                        ek.entity(),
                                        credential.credentialBlob(),
                                        credential.encryptedSecret(),
                                        with(2, extra)));
                    }
                }));
    }

    private interface WithParent {
        void play(Tpm tpm, LoadedObject parent, CommandCase.Stage stage) throws Exception;
    }

    private interface WithIndex {
        void play(Tpm tpm, NvPublic index, CommandCase.Stage stage) throws Exception;
    }

    private interface WithPolicy {
        void run(Tpm tpm, PolicyCommands policy, Authorization... extra) throws Exception;
    }

    private static Scenario withParent(WithParent inner) {
        return (tpm, stage) -> {
            try (LoadedObject parent = primary(tpm, Hierarchy.OWNER, Templates.storage())) {
                inner.play(tpm, parent, stage);
            }
        };
    }

    private static Scenario withIndex(int attributes, WithIndex inner) {
        return (tpm, stage) -> {
            NvPublic index = NvCommands.ordinary(0x0180_0102, attributes, DATA.length);
            NvCommands nv = new NvCommands(tpm);
            nv.define(Hierarchy.OWNER, none(), index);
            try {
                inner.play(tpm, index, stage);
            } finally {
                nv.undefine(Hierarchy.OWNER, nv.readPublic(index.index()));
            }
        };
    }

    private static Scenario withPolicy(WithPolicy inner) {
        return (tpm, stage) -> {
            try (AuthSession trial = new SessionCommands(tpm).trial(HashAlg.SHA256)) {
                stage.perform(extra -> {
                    inner.run(tpm, new PolicyCommands(tpm, trial), extra);
                    return null;
                });
            }
        };
    }

    private static CommandCase bare(CommandCode code, boolean sessions, String response, Scenario scenario) {
        return new CommandCase(code, sessions, 0, response, scenario);
    }

    private static CommandCase auth(CommandCode code, int passwords, String response, Scenario scenario) {
        return new CommandCase(code, true, passwords, response, scenario);
    }

    private static Authorization[] with(int passwords, Authorization... extra) {
        return Stream.concat(Stream.generate(Password::empty).limit(passwords), Stream.of(extra))
                .toArray(Authorization[]::new);
    }

    private static LoadedObject primary(Tpm tpm, Hierarchy hierarchy, PublicArea template) throws TpmException {
        return new ObjectCommands(tpm).createPrimary(hierarchy, template, Sensitive.none());
    }

    private static LoadedObject child(Tpm tpm, LoadedObject parent, PublicArea template) throws TpmException {
        ObjectCommands objects = new ObjectCommands(tpm);
        return objects.load(parent.entity(), objects.create(parent.entity(), template, key()));
    }

    private static Sensitive key() {
        return Sensitive.data(Secret.owning(DIGEST.clone()));
    }

    private static Secret none() {
        return Secret.owning(new byte[0]);
    }
}

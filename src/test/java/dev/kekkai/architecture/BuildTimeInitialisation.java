package dev.kekkai.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Static initialisers run when the native image is built: what they reach is frozen into the binary (a seeded SecureRandom: the same
 * "random" bytes in each process), or fails the build.
 *
 * <p>Follows calls from each static initialiser through classes of ours; bodies of lambdas and method references count as called, for
 * nobody can tell from outside when they are. A call through an interface of ours counts for all its implementations.
 *
 * @param root the package whose classes are followed
 */
record BuildTimeInitialisation(String root) {
    private static final String FORBIDDEN_TYPES =
            "java\\.security\\.SecureRandom|java\\.util\\.(Random|SplittableRandom)"
                    + "|java\\.util\\.concurrent\\.(Executors|ThreadPoolExecutor|ScheduledThreadPoolExecutor|ForkJoinPool|ThreadLocalRandom)"
                    + "|java\\.lang\\.Thread(\\$.*)?|java\\.nio\\.file\\.Files|java\\.io\\.(File.*|RandomAccessFile)"
                    + "|java\\.nio\\.channels\\..*|java\\.net\\..*Socket.*";
    private static final String FORBIDDEN_CALLS = "java\\.lang\\.(System|Runtime)#(load|loadLibrary)"
            + "|java\\.util\\.UUID#randomUUID|java\\.nio\\.file\\.Path#toRealPath|java\\.lang\\.foreign\\.SymbolLookup#libraryLookup";

    ArchRule staticInitialisersReachNothingOutside() {
        return classes()
                .that(resideOutsideOfPackage(root + ".wire.."))
                .should(reachNothingOutsideWhenInitialised())
                .allowEmptyShould(true);
    }

    private ArchCondition<JavaClass> reachNothingOutsideWhenInitialised() {
        return new ArchCondition<>(
                "reach no file, thread, socket, randomness or native library in a static initialiser") {
            @Override
            public void check(JavaClass javaClass, ConditionEvents events) {
                javaClass.getStaticInitializer().ifPresent(initialiser -> follow(initialiser, events));
            }
        };
    }

    private void follow(JavaCodeUnit start, ConditionEvents events) {
        Map<JavaCodeUnit, String> paths = new HashMap<>(Map.of(start, start.getFullName()));
        Deque<JavaCodeUnit> ahead = new ArrayDeque<>(paths.keySet());
        while (!ahead.isEmpty()) {
            JavaCodeUnit unit = ahead.remove();
            String path = paths.get(unit);
            targets(unit).forEach(target -> {
                String there = path + " -> " + target.getFullName();
                if (forbidden(target)) {
                    events.add(SimpleConditionEvent.violated(start.getOwner(), there));
                }
                bodies(target)
                        .filter(body -> paths.putIfAbsent(body, there) == null)
                        .forEach(ahead::add);
            });
        }
    }

    private static Stream<CodeUnitAccessTarget> targets(JavaCodeUnit unit) {
        return Stream.concat(
                unit.getCallsFromSelf().stream().map(call -> (CodeUnitAccessTarget) call.getTarget()),
                unit.getCodeUnitReferencesFromSelf().stream()
                        .map(reference -> (CodeUnitAccessTarget) reference.getTarget()));
    }

    private static boolean forbidden(CodeUnitAccessTarget target) {
        JavaClass owner = target.getOwner();
        boolean type = Stream.concat(Stream.of(owner), owner.getAllRawSuperclasses().stream())
                .anyMatch(ancestor -> ancestor.getName().matches(FORBIDDEN_TYPES));
        return (type && !owner.isAssignableTo(Throwable.class))
                || (owner.getName() + "#" + target.getName()).matches(FORBIDDEN_CALLS);
    }

    /** The code that a call may run: the declared method, and whatever overrides it. */
    private Stream<JavaCodeUnit> bodies(CodeUnitAccessTarget target) {
        String owner = target.getOwner().getPackageName();
        if (!owner.startsWith(root) || owner.startsWith(root + ".wire")) {
            return Stream.empty();
        }
        Stream<JavaCodeUnit> declared = target.resolveMember().stream().map(JavaCodeUnit.class::cast);
        String[] parameters =
                target.getRawParameterTypes().stream().map(JavaClass::getName).toArray(String[]::new);
        return Stream.concat(
                declared,
                target.getOwner().getAllSubclasses().stream()
                        .flatMap(sub -> sub.tryGetMethod(target.getName(), parameters).stream()));
    }
}

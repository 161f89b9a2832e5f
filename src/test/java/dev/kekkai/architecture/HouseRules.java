package dev.kekkai.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Executors;

/**
 * What no class of ours does, wherever it stands.
 *
 * @param root the package whose classes are meant
 */
record HouseRules(String root) {
    private static final Set<String> UNBOUNDED_POOLS = Set.of(
            "newCachedThreadPool",
            "newFixedThreadPool",
            "newSingleThreadExecutor",
            "newWorkStealingPool",
            "newVirtualThreadPerTaskExecutor",
            "newThreadPerTaskExecutor");
    private static final Set<String> UNBOUNDED_QUEUES = Set.of(
            "java.util.concurrent.LinkedBlockingQueue",
            "java.util.concurrent.LinkedBlockingDeque",
            "java.util.concurrent.LinkedTransferQueue",
            "java.util.concurrent.PriorityBlockingQueue",
            "java.util.concurrent.DelayQueue",
            "java.util.concurrent.ConcurrentLinkedQueue",
            "java.util.concurrent.ConcurrentLinkedDeque");
    private static final Set<String> LOOKUPS = Set.of(
            "forName",
            "newInstance",
            "getMethod",
            "getMethods",
            "getDeclaredMethod",
            "getDeclaredMethods",
            "getField",
            "getFields",
            "getDeclaredField",
            "getDeclaredFields",
            "getConstructor",
            "getConstructors",
            "getDeclaredConstructor",
            "getDeclaredConstructors");

    /** A native image knows only what it can see being called. */
    ArchRule nothingIsFoundByReflection() {
        return noClasses()
                .that(resideOutsideOfPackage(root + ".wire.."))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ServiceLoader.class)
                .orShould()
                .callMethodWhere(describe(
                        "a class or member is looked up by name",
                        call -> call.getTargetOwner().isEquivalentTo(Class.class) && LOOKUPS.contains(call.getName())))
                .allowEmptyShould(true);
    }

    ArchRule onlyTheCommandLinePrints() {
        return noClasses()
                .that(resideOutsideOfPackage(root + ".cli.."))
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .allowEmptyShould(true);
    }

    /** What has no bound grows until the process dies; overload must be answered instead. */
    ArchRule queuesAndPoolsAreBounded() {
        return noClasses()
                .that(resideOutsideOfPackage(root + ".wire.."))
                .should()
                .callMethodWhere(describe(
                        "an unbounded pool is made",
                        call -> call.getTargetOwner().isEquivalentTo(Executors.class)
                                && UNBOUNDED_POOLS.contains(call.getName())))
                .orShould()
                .callConstructorWhere(describe("an unbounded queue is made", HouseRules::makesUnboundedQueue))
                .allowEmptyShould(true);
    }

    /** {@code LinkedBlockingQueue(int)} and its deque have a bound; an int given to the others is an initial size. */
    private static boolean makesUnboundedQueue(JavaConstructorCall call) {
        String queue = call.getTargetOwner().getName();
        return UNBOUNDED_QUEUES.contains(queue) && !(queue.contains(".LinkedBlocking") && takesAnInt(call));
    }

    private static boolean takesAnInt(JavaCall<?> call) {
        return call.getTarget().getRawParameterTypes().stream().anyMatch(type -> type.isEquivalentTo(int.class));
    }

    ArchRule namesSayWhatAThingIs() {
        return noClasses()
                .that(resideOutsideOfPackage(root + ".wire.."))
                .should()
                .haveNameMatching(".*(Util|Utils|Helper|Manager|Impl)(\\$.*)?")
                .allowEmptyShould(true);
    }
}

package dev.kekkai.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds source folders whose {@code package-info.java} is missing, has no Javadoc, or does not mark the package as {@code @NullMarked}. */
final class PackageInfos {
    private PackageInfos() {}

    static List<Path> missing(Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            List<Path> packages = files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .distinct()
                    .toList();
            return packages.stream().filter(folder -> !described(folder)).toList();
        }
    }

    private static boolean described(Path folder) {
        try {
            String text = Files.readString(folder.resolve("package-info.java"));
            return text.startsWith("/**") && text.contains("@NullMarked");
        } catch (IOException e) {
            return false;
        }
    }
}

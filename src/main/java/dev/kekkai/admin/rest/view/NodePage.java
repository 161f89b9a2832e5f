package dev.kekkai.admin.rest.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Nodes by name, at one serial of the authority chain; {@code next} is the cursor of the next page, if there is one. */
public record NodePage(
        long serial, List<NodeView> nodes, @Nullable String next) {}

/**
 * What nobody does alone: somebody asks, others approve, and only then it is carried out. All of it is entries of the authority chain, whose replay
 * enforces the rules ({@link dev.kekkai.store.StoredApproval}); here they are said in good time and in words, recorded, and acted upon.
 */
@NullMarked
package dev.kekkai.approval;

import org.jspecify.annotations.NullMarked;

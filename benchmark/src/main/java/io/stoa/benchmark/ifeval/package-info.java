/**
 * IFEval: does an answer follow instructions that a program can check?
 *
 * <p>J. Zhou et al., Instruction-Following Evaluation for Large Language Models (arXiv 2311.07911, 2023). The decisions are
 * those of lm-evaluation-harness 0.4.13 with NLTK 3.10 and langdetect 1.0.9. Start at {@link
 * io.stoa.benchmark.ifeval.InstructionList}: it reads the instructions of one item and checks an answer against them,
 * strictly and loosely.
 *
 * <p>Where the harness draws at random, there is nothing to agree with:
 *
 * <ul>
 *   <li>It replaces an argument that is absent, zero or out of range by a random one. Here such an argument is refused,
 *       and a letter to be counted may be any character.
 *   <li>It lets langdetect draw with a new seed each time. Here the seed is 0, as langdetect's {@code
 *       DetectorFactory.seed = 0}.
 * </ul>
 */
@NullMarked
package io.stoa.benchmark.ifeval;

import org.jspecify.annotations.NullMarked;

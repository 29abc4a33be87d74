/**
 * Pillar four: the model inside its pipeline.
 *
 * <p>The {@link io.stoa.integration.IntegrationPillar} asks three things. Does the model's chat template turn
 * conversations into prompts (no model is loaded for that)? Does the model call tools rightly, counted in stages? Does it
 * answer from retrieved passages ({@link io.stoa.integration.retrieve}), and decline where they do not say? Answers go
 * into the ledger in batches before they are counted; every share is a {@link io.stoa.model.Score} with its interval, and
 * a {@link io.stoa.model.Gate} is held against the interval.
 *
 * <p>Item files, corpora, templates, JSON Schemas and answers are all somebody else's text: each is read within limits.
 */
@NullMarked
package io.stoa.integration;

import org.jspecify.annotations.NullMarked;

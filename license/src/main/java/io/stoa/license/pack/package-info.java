/**
 * The folder that whoever passes a model on must ship with it: made, and checked.
 *
 * <p>{@link io.stoa.license.pack.PackMaker} turns the duties of a use into files: licence texts and policies from the user's
 * own copies, prescribed notices, words to display, names, statements of changes and terms, with a manifest. {@link
 * io.stoa.license.pack.PackVerifier} takes such a folder, works the duties out again from the models and facts that the
 * manifest states, and names every part that is missing, changed or wrong. The project holds no licence texts, so a text
 * that the user does not have is asked for and never made up. None of it is legal advice.
 */
@NullMarked
package io.stoa.license.pack;

import org.jspecify.annotations.NullMarked;

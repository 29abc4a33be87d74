/**
 * What may be served, and why: approvals that are signed verdicts, checked again and again against the files,
 * templates, licences and uses that they were given for.
 */
@NullMarked
package io.stoa.gateway.route;

import org.jspecify.annotations.NullMarked;

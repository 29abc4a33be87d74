package io.stoa.gateway;

import io.stoa.gateway.route.Route;
import io.stoa.gateway.route.Standing;
import io.stoa.gateway.route.Tier;

/** One tier that may answer a request, and what allows it to. */
record Step(Route route, Tier tier, Standing.Live live) {}

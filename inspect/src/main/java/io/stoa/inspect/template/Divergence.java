package io.stoa.inspect.template;

/**
 * Where a template did something else than pass a content on.
 *
 * @param what what the content had, or when it was
 * @param role whose content it was
 * @param conversation in which conversation
 * @param added words that are neither in the content nor in the prompt for another one
 * @param dropped words that should be there and are not
 * @param refusal what the template said when it refused; empty where it did not
 */
record Divergence(String what, String role, String conversation, Words added, Words dropped, String refusal) {
    String sentence() {
        StringBuilder sentence = new StringBuilder();
        sentence.append("With ").append(what);
        if (!role.isEmpty()) {
            sentence.append(" from the ").append(role);
        }
        if (!refusal.isEmpty()) {
            return sentence.append(" the template refuses: ")
                    .append(refusal)
                    .append('.')
                    .toString();
        }
        if (!added.isEmpty()) {
            sentence.append(" the template adds: ").append(added);
        }
        if (!dropped.isEmpty()) {
            sentence.append(added.isEmpty() ? " the template" : ", and")
                    .append(" leaves out: ")
                    .append(dropped);
        }
        return sentence.append(" (").append(conversation).append(").").toString();
    }
}

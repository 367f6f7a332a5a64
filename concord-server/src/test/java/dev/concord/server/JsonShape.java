package dev.concord.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The part of JSON Schema that the description of the routes uses. A keyword that is not understood is a fault of the schema, so that nothing is
 * written there that nobody checks.
 */
final class JsonShape {
    private static final Set<String> KEYWORDS = Set.of(
            "$ref",
            "type",
            "enum",
            "pattern",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "oneOf",
            "description");

    private final JsonNode document;

    /** Schemas that refer to parts of this document. */
    JsonShape(JsonNode document) {
        this.document = document;
    }

    /** What is wrong with a value; empty when nothing is. */
    List<String> faults(JsonNode schema, JsonNode value) {
        List<String> faults = new ArrayList<>();
        check(schema, value, "", faults);
        return faults;
    }

    private void check(JsonNode schema, JsonNode value, String at, List<String> faults) {
        schema.fieldNames().forEachRemaining(keyword -> {
            if (!KEYWORDS.contains(keyword)) {
                throw new IllegalArgumentException("the keyword " + keyword + " is not checked");
            }
        });
        if (schema.has("$ref")) {
            check(resolve(schema.get("$ref").textValue()), value, at, faults);
        }
        if (schema.has("oneOf")) {
            long matching = 0;
            for (JsonNode one : schema.get("oneOf")) {
                matching += faults(one, value).isEmpty() ? 1 : 0;
            }
            say(matching == 1, at + " matches " + matching + " of several", faults);
        }
        if (schema.has("type") && !isOfType(schema.get("type"), value)) {
            faults.add(at + " is not a " + schema.get("type") + ": " + value);
            return;
        }
        if (schema.has("enum")) {
            boolean found = false;
            for (JsonNode one : schema.get("enum")) {
                found |= one.equals(value);
            }
            say(found, at + " is none of " + schema.get("enum") + ": " + value, faults);
        }
        if (value.isTextual()) {
            checkText(schema, value.textValue(), at, faults);
        } else if (value.isNumber()) {
            say(
                    !schema.has("minimum")
                            || value.doubleValue() >= schema.get("minimum").doubleValue(),
                    at + " is too small: " + value,
                    faults);
            say(
                    !schema.has("maximum")
                            || value.doubleValue() <= schema.get("maximum").doubleValue(),
                    at + " is too large: " + value,
                    faults);
        } else if (value.isArray() && schema.has("items")) {
            for (int i = 0; i < value.size(); i++) {
                check(schema.get("items"), value.get(i), at + "/" + i, faults);
            }
        } else if (value.isObject()) {
            checkObject(schema, value, at, faults);
        }
    }

    private static void checkText(JsonNode schema, String text, String at, List<String> faults) {
        say(
                !schema.has("pattern")
                        || Pattern.compile(schema.get("pattern").textValue())
                                .matcher(text)
                                .find(),
                at + " has another form: " + text,
                faults);
        say(
                !schema.has("minLength")
                        || text.length() >= schema.get("minLength").intValue(),
                at + " is too short",
                faults);
        say(
                !schema.has("maxLength")
                        || text.length() <= schema.get("maxLength").intValue(),
                at + " is too long",
                faults);
    }

    private void checkObject(JsonNode schema, JsonNode value, String at, List<String> faults) {
        JsonNode properties = schema.path("properties");
        for (JsonNode name : schema.path("required")) {
            say(value.has(name.textValue()), at + " has no " + name, faults);
        }
        Set<String> names = new TreeSet<>();
        value.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            if (properties.has(name)) {
                check(properties.get(name), value.get(name), at + "/" + name, faults);
            } else {
                say(schema.path("additionalProperties").asBoolean(true), at + " should not have " + name, faults);
            }
        }
    }

    /** The part of the document that a reference names. */
    JsonNode resolve(String reference) {
        JsonNode found = document.at(reference.substring(1));
        if (!reference.startsWith("#/") || found.isMissingNode()) {
            throw new IllegalArgumentException("there is no " + reference);
        }
        return found;
    }

    private static boolean isOfType(JsonNode type, JsonNode value) {
        if (type.isArray()) {
            for (JsonNode one : type) {
                if (isOfType(one, value)) {
                    return true;
                }
            }
            return false;
        }
        return switch (type.textValue()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> throw new IllegalArgumentException("the type " + type + " is not checked");
        };
    }

    private static void say(boolean sound, String fault, List<String> faults) {
        if (!sound) {
            faults.add(fault);
        }
    }
}

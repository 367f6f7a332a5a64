# Builds Concord and puts it on a Java runtime: docker build -t concord-server .
FROM eclipse-temurin:17-jdk AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 ./mvnw -B -ntp -q -pl concord-server,concord-ai-minilm -am -DskipTests package

FROM eclipse-temurin:17-jre
RUN useradd --system --uid 10001 --create-home concord && mkdir /data && chown concord /data
USER concord
COPY --from=build /src/concord-server/target/concord-server.jar /app/
# The embedding model, as with ./concord: search works without a key. It is most of the image; without it, search needs
# GEMINI_API_KEY.
COPY --from=build /src/concord-ai-minilm/target/concord-ai-minilm.jar /app/
COPY --from=build /src/concord-ai-minilm/target/lib /app/lib/
ENV CONCORD_HOST=0.0.0.0 CONCORD_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
# The heap follows the container's limit and leaves room for the model outside of it. A server that has run out of memory
# ends, so that it is started again. One process, so that SIGTERM reaches the server.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=60", "-XX:+ExitOnOutOfMemoryError", "-cp", "/app/*:/app/lib/*", "dev.concord.server.Main"]

# Builds Concord and puts it on a Java runtime: docker build -t concord-server .
FROM eclipse-temurin:17-jdk AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 ./mvnw -B -ntp -q -pl concord-server -am -DskipTests package

FROM eclipse-temurin:17-jre
RUN useradd --system --uid 10001 --create-home concord && mkdir /data && chown concord /data
USER concord
COPY --from=build /src/concord-server/target/concord-server.jar /app/concord-server.jar
ENV CONCORD_HOST=0.0.0.0 CONCORD_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
# Memory by the container's limit; one process, so that SIGTERM reaches the server.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=70", "-jar", "/app/concord-server.jar"]

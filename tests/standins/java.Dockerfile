# Like eclipse-temurin:21: `java` and `javac`; database drivers are in /usr/share/java, in place of Maven Central.
FROM kata-local/debian:trixie
ENV LANG=C.UTF-8 JAVA_HOME=/usr/lib/jvm/java-21
RUN apt-get update \
 && apt-get install -y --no-install-recommends openjdk-21-jdk-headless libmariadb-java libpostgresql-jdbc-java \
 && rm -rf /var/lib/apt/lists/* /usr/lib/jvm/*/lib/src.zip /usr/lib/jvm/*/jmods \
 && ln -s "$(dirname "$(dirname "$(readlink -f /usr/bin/javac)")")" "$JAVA_HOME"
CMD ["jshell"]

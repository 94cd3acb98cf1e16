"""Where access records are delivered to: collectors of syslog, an HTTP address, a cluster of Kafka."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from confluent_kafka import Consumer, Producer, TopicPartition


class Datagrams:
    """A collector that takes datagrams: of UDP, or of a socket of this machine."""

    def __init__(self, path=None):
        self.socket = socket.socket(socket.AF_UNIX if path else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind(str(path) if path else ("127.0.0.1", 0))
        self.place = f"unix:{path}" if path else f"udp://127.0.0.1:{self.socket.getsockname()[1]}"
        self.socket.settimeout(60)

    def message(self):
        """The next message."""
        return self.socket.recv(1 << 16).decode()

    def close(self):
        """Takes no more."""
        self.socket.close()


class Stream:
    """A collector that takes a stream of messages, each after its length; it may start late and break off."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(60)
        self.port = self.listener.getsockname()[1]
        self.place = f"tcp://127.0.0.1:{self.port}"
        self.connection = None
        self.rest = b""

    def message(self):
        """The next message, on the connection that is there, or on the next."""
        while True:
            length, blank, rest = self.rest.partition(b" ")
            if blank and len(rest) >= int(length):
                self.rest = rest[int(length) :]
                return rest[: int(length)].decode()
            if self.connection is None:
                self.connection, _ = self.listener.accept()
                self.connection.settimeout(60)
            piece = self.connection.recv(1 << 16)
            if not piece:
                self.connection, self.rest = None, b""
            self.rest += piece

    def break_off(self):
        """Ends the connection in the middle."""
        self.connection.close()
        self.connection, self.rest = None, b""

    def close(self):
        """Takes no more."""
        if self.connection is not None:
            self.connection.close()
        self.listener.close()


class Posts:
    """An HTTP address; `statuses` are answered first, then 204."""

    def __init__(self, statuses=()):
        collector = self
        self.statuses = list(statuses)
        self.requests = []
        self.holds = threading.Event()
        self.holds.set()

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.holds.wait(60)
                status = collector.statuses.pop(0) if collector.statuses else 204
                headers = {name.lower(): value for name, value in self.headers.items()}
                collector.requests.append((status, self.path, headers, body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_port}/in?from=gateway"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def records(self):
        """Every record that was taken."""
        taken = [body for status, _, _, body in self.requests if status == 204]
        return [json.loads(line) for body in taken for line in body.decode().splitlines()]

    def close(self):
        """Takes no more."""
        self.holds.set()
        self.server.shutdown()
        self.server.server_close()


class Cluster:
    """A cluster of Kafka with one broker, which its own client plays over real sockets."""

    def __init__(self, topic):
        quiet = {"log_level": 0}
        self.player = Producer({"bootstrap.servers": "", "test.mock.num.brokers": 1, **quiet})
        (broker,) = self.player.list_topics(timeout=30).brokers.values()
        self.address = f"{broker.host}:{broker.port}"
        self.topic = topic
        maker = Producer({"bootstrap.servers": self.address, **quiet})
        maker.produce(topic, b"{}")
        assert maker.flush(30) == 0
        self.consumer = Consumer({"bootstrap.servers": self.address, "group.id": "test", **quiet})
        partitions = self.consumer.list_topics(topic, timeout=30).topics[topic].partitions
        self.consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])

    def records(self):
        """Those that came since, without the one that made the topic."""
        found = []
        while (message := self.consumer.poll(0.5)) is not None:
            if message.error() is None and message.value() != b"{}":
                found.append(json.loads(message.value()))
        return found

    def close(self):
        """The cluster is gone."""
        self.consumer.close()
        del self.player

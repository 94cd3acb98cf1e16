"""A real gRPC server and callers' channels through the gateway. Messages are bytes: no descriptor is needed."""

import threading
from concurrent import futures

import grpc

SERVICE = "acceptance.Talk"
# What must not take longer on the slowest machine.
PATIENCE = 60


def listen(server, tls=None):
    """Has a server listen, with TLS where there is a certificate; the port."""
    if tls is None:
        return server.add_insecure_port("127.0.0.1:0")
    pem = tls.read_bytes()
    return server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(pem, pem)]))


class Talk:
    """A gRPC server whose methods tests steer. `heard` holds what each call brought, as it came."""

    def __init__(self, tls=None):
        self.heard = []
        self.lost = threading.Event()
        self.gate = threading.Semaphore(0)
        self.began = threading.Semaphore(0)
        self.remaining = None
        self.server = grpc.server(futures.ThreadPoolExecutor(64))
        self.server.add_generic_rpc_handlers([self._handlers()])
        self.port = listen(self.server, tls)
        self.server.start()

    def _handlers(self):
        kinds = {
            "Say": grpc.unary_unary_rpc_method_handler(self._say),
            "Refuse": grpc.unary_unary_rpc_method_handler(self._refuse),
            "Wait": grpc.unary_unary_rpc_method_handler(self._wait),
            "Count": grpc.unary_stream_rpc_method_handler(self._count),
            "Gather": grpc.stream_unary_rpc_method_handler(self._gather),
            "Chat": grpc.stream_stream_rpc_method_handler(self._chat),
        }
        return grpc.method_handlers_generic_handler(SERVICE, kinds)

    def _note(self, context):
        metadata = dict(context.invocation_metadata())
        self.heard.append(metadata)
        return metadata

    def _say(self, message, context):
        metadata = self._note(context)
        context.send_initial_metadata([("x-first", "1")])
        context.set_trailing_metadata([("x-last", metadata.get("x-asked", "")), ("x-last-bin", b"\x00\xff")])
        return message[::-1]

    def _refuse(self, message, context):
        self._note(context)
        context.set_trailing_metadata([("x-why", "because")])
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, message.decode())

    def _wait(self, message, context):
        """Answers nothing until the caller has left."""
        self.remaining = context.time_remaining()
        left = threading.Event()
        context.add_callback(left.set)
        self._note(context)
        self.began.release()
        if left.wait(PATIENCE) and not context.is_active():
            self.lost.set()
        return message

    def _count(self, message, context):
        """One message whenever the test opens the gate; ends at the number that was asked for."""
        self._note(context)
        context.add_callback(lambda: self.lost.set() if context.code() is None else None)
        for number in range(int(message)):
            if not self.gate.acquire(timeout=PATIENCE) or not context.is_active():
                return
            yield b"%d" % number

    def _gather(self, messages, context):
        self._note(context)
        return b" ".join(messages)

    def _chat(self, messages, context):
        self._note(context)
        for message in messages:
            yield message.upper()

    def close(self):
        """Stops listening and ends every call."""
        for _ in range(1000):
            self.gate.release()
        self.server.stop(None)


class Caller:
    """A channel to a listener of the gateway."""

    def __init__(self, address, host):
        options = [("grpc.default_authority", host), ("grpc.enable_http_proxy", 0), ("grpc.enable_retries", 0)]
        options += [("grpc.max_receive_message_length", -1)]
        self.channel = grpc.insecure_channel(f"{address[0]}:{address[1]}", options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()

    def say(self, name="Say"):
        """A method of one message each way."""
        return self.channel.unary_unary(f"/{SERVICE}/{name}")

    def count(self):
        """One message, and many back."""
        return self.channel.unary_stream(f"/{SERVICE}/Count")

    def gather(self):
        """Many messages, and one back."""
        return self.channel.stream_unary(f"/{SERVICE}/Gather")

    def chat(self):
        """Many messages both ways."""
        return self.channel.stream_stream(f"/{SERVICE}/Chat")

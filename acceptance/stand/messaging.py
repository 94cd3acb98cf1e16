"""A gRPC server with code that `protoc` made of `messaging.proto`, as its users have one."""

import importlib
import sys
from concurrent import futures
from pathlib import Path

import grpc
import grpc_tools
from google.api import annotations_pb2
from grpc_tools import protoc

from .rpc import listen

FILE = Path(__file__).with_suffix(".proto")


def generated(folder):
    """The modules of messages and of services."""
    places = [FILE.parent, Path(annotations_pb2.__file__).parents[2], Path(grpc_tools.__file__).parent / "_proto"]
    imports = [f"--proto_path={place}" for place in places]
    into = [f"--python_out={folder}", f"--grpc_python_out={folder}"]
    assert protoc.main(["protoc", *imports, *into, str(FILE)]) == 0
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("messaging_pb2"), importlib.import_module("messaging_pb2_grpc")
    finally:
        sys.path.remove(str(folder))


class Messaging:
    """The server. `heard` holds the metadata of each call."""

    def __init__(self, folder, tls=None):
        self.messages, self.services = generated(folder)
        self.heard = []
        self.server = grpc.server(futures.ThreadPoolExecutor(16))
        self.services.add_MessagingServicer_to_server(self._servicer(), self.server)
        self.port = listen(self.server, tls)
        self.server.start()

    def _servicer(self):
        made, heard = self.messages, self.heard

        def note(context):
            heard.append({**dict(context.invocation_metadata()), "remaining": context.time_remaining()})

        class Servicer(self.services.MessagingServicer):
            """What it was asked stands in the answers."""

            def GetMessage(self, asked, context):
                note(context)
                context.send_initial_metadata([("x-served-by", "messaging")])
                text = "|".join([asked.user_id, asked.sub.subfield, *asked.tags])
                return made.Message(message_id=asked.message_id, text=text, revision=asked.revision)

            DeleteMessage = GetMessage

            def UpdateMessage(self, message, context):
                note(context)
                return message

            def PatchMessage(self, asked, context):
                note(context)
                asked.message.message_id = asked.message_id
                asked.message.text *= asked.times or 1
                return asked.message

            def Refuse(self, asked, context):
                note(context)
                context.abort(next(known for known in grpc.StatusCode if known.value[0] == asked.code), asked.words)

            def Count(self, asked, context):
                note(context)
                for number in range(asked.to):
                    yield made.Message(revision=number)

        return Servicer()

    def close(self):
        """Stops listening and ends every call."""
        self.server.stop(None)

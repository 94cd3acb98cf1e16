"""Takes a body in Base64 and gives one back."""

import base64


def main_handler(event, context):
    body = base64.b64decode(event["body"]) if event["isBase64Encoded"] == "true" else event["body"].encode()
    return {
        "isBase64Encoded": True,
        "statusCode": 200,
        "headers": {"Content-Type": "image/png", "X-Was-Encoded": event["isBase64Encoded"]},
        "body": base64.b64encode(body[::-1]).decode(),
    }

"""An integrated response, as the cloud's documents write one."""


def main_handler(event, context):
    name = event["queryString"].get("name", "world")
    return {
        "isBase64Encoded": False,
        "statusCode": 200,
        "headers": {"Content-Type": "text/html", "Set-Cookie": ["a=1", "b=2"]},
        "body": "<h1>hello %s</h1>" % name,
    }

"use strict";

exports.main_handler = (event, context, callback) => {
  if (event.body === "fail") {
    callback(new Error("asked to fail"));
  } else {
    callback(null, { got: event.body });
  }
};

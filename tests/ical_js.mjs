// Reads a calendar from standard input with ical.js and prints its events as JSON: UID, start, end, title, status.
// Moments are printed in UTC, days as days. The first argument is the folder that holds node_modules.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const ICAL = createRequire(`${process.argv[2]}/`)("ical.js").default ?? createRequire(`${process.argv[2]}/`)("ical.js");
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);

const moment = (time) => time.isDate ? time.toString() : time.toJSDate().toISOString();
const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  const status = component.getFirstPropertyValue("status");
  return [event.uid, moment(event.startDate), moment(event.endDate), event.summary, status];
});
process.stdout.write(JSON.stringify(events));

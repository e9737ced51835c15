// What ical.js (Thunderbird, Nextcloud) makes of a feed: a JSON list of its events.
// node icaljs_read.mjs NODE_MODULES FEED
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [modules, feed] = process.argv.slice(2);
const ICAL = (await import(pathToFileURL(`${modules}/icaljs2/dist/ical.js`))).default;
ICAL.design.strict = true;
const calendar = new ICAL.Component(ICAL.parse(await readFile(feed, "utf8")));
const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    start: event.startDate.toICALString(),
    end: event.endDate.toICALString(),
    whole_days: event.startDate.isDate && event.endDate.isDate,
    title: event.summary,
    description: event.description,
    cancelled: component.getFirstPropertyValue("status") === "CANCELLED",
    sequence: event.sequence,
    alarms: component.getAllSubcomponents("valarm").length,
  };
});
console.log(JSON.stringify(events));

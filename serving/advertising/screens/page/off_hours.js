/** Hours at which a screen is black. */

const TIME = /^(\d\d):(\d\d)$/;

function minuteOfDay(time) {
  const [, hours, minutes] = TIME.exec(time);
  return Number(hours) * 60 + Number(minutes);
}

function clockIn(timezone) {
  try {
    return new Intl.DateTimeFormat("en-GB", {
      timeZone: timezone,
      hourCycle: "h23",
      hour: "2-digit",
      minute: "2-digit",
    });
  } catch (error) {
    console.error(`This browser knows no time zone ${timezone}: the screen has no off hours.`);
    return null;
  }
}

export class OffHours {
  #clock;
  #intervals;

  /**
   * @param {{timezone: string, intervals: [string, string][]}} offHours Each interval runs from
   *     its first time of day up to its second, past midnight if that is earlier; one whose times
   *     are the same is empty.
   */
  constructor({ timezone, intervals }) {
    this.#clock = clockIn(timezone);
    this.#intervals = intervals.map((interval) => interval.map(minuteOfDay));
  }

  /**
   * @param {number} time Milliseconds since the epoch.
   */
  contains(time) {
    if (!this.#clock || !this.#intervals.length) return false;
    const minute = minuteOfDay(this.#clock.format(time));
    return this.#intervals.some(([from, to]) =>
      from <= to ? from <= minute && minute < to : from <= minute || minute < to,
    );
  }
}

/** The screen's token: given once in the page's address, kept from then on. */

const GIVEN = /^#token=(.+)$/;

/**
 * The token of this screen, or undefined. One in the address is kept instead of the one before,
 * and taken out of the address.
 */
export async function enrolledToken(database) {
  const given = GIVEN.exec(location.hash);
  if (given) {
    await database.put("settings", "token", decodeURIComponent(given[1]));
    history.replaceState(null, "", location.pathname);
  }
  return database.get("settings", "token");
}

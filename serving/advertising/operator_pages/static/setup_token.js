/** Takes the setup token out of the address, which the gateway prints, into its field. */

const given = /^#token=(.+)$/.exec(location.hash);
if (given) {
  document.getElementById("token").value = decodeURIComponent(given[1]);
  history.replaceState(null, "", location.pathname);
}

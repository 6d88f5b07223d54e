/** How the search's index is made and read: both sides have to say the same. */

export const OPTIONS = {
  fields: ["title", "page", "text"],
  storeFields: ["page", "title", "start"],
};

// The pages there are, for every check that holds on all of them. A page that is added here is met by all.

import { DESKTOP, PHONE } from "./helpers.mjs";

/** Pages nobody signs in for. */
export const PUBLIC = [
  "/",
  "/lapor",
  "/lapor/kertas",
  "/lapor/kertas/cetak?jenis=lain",
  "/lapor/kertas/cetak?jenis=bantuan-1&kertas=f4",
  "/lapor/lanjut",
  "/lacak",
  "/tanda-terima",
  "/tanda-terima/kunci",
  "/surat",
  "/nilai",
  "/nilai/kertas",
  "/layanan",
  "/layanan/skck",
  "/wilayah",
  "/wilayah?peta=ya",
  "/wilayah/33.18.08",
  "/wilayah/33.18.08.2022",
  "/wilayah/33.18.08.2022?peta=ya",
  "/tentang",
  "/hak",
  "/aman",
  "/aman/bantuan",
  "/aman/tips",
  "/kinerja",
  "/masuk",
  "/tidak-ada",
];

/** Pages of staff by role, with the smallest target the place asks for: pages for the road have targets for gloves. */
export const STAFF = [
  { role: "desk", pages: ["/akun", "/akun/sandi", "/akun/aplikasi", "/akun/pastikan", "/meja", "/meja/antrean/baru", "/meja/gangguan", "/meja/kiriman", "/meja/kabar", "/meja/laporan/baru", "/meja/laporan/baru?kertas=ya", "/meja/laporan/kertas", "/meja/daftar", "/meja/cari", "/meja/serah-terima", "/barang-bukti", "/kecakapan", "/kecakapan/ketepatan", "/kecakapan/pelajaran/penipuan_atau_utang", "/kecakapan/pelajaran/penipuan_atau_utang?layar=6", "/sarana"], least: 24 },
  { role: "patrol", pages: ["/lapangan", "/pertemuan", "/pertemuan/baru", "/pertemuan/wilayah"], least: 48 },
  { role: "commander", pages: ["/pimpinan", "/pimpinan/tanggap", "/pimpinan/kompetensi", "/pimpinan/konsistensi", "/pimpinan/keberadaban", "/pimpinan/pemerataan", "/pimpinan/survei", "/tinjauan-akses", "/kecakapan", "/sarana", "/setelan/surat"], least: 24 },
  { role: "admin", pages: ["/setelan", "/setelan/akun", "/setelan/akun/baru", "/setelan/token", "/setelan/surat", "/setelan/surat/sttlp"], least: 24 },
];

/** Every page with who opens it: `role` is undefined where nobody signs in. */
export const ALL = [...PUBLIC.map((address) => ({ address, least: 48 })), ...STAFF.flatMap(({ role, pages, least }) => pages.map((address) => ({ role, address, least })))];

/** Both languages, both themes and both widths, each with the others at least once. */
export const LOOKS = [
  { lang: "id", scheme: "light", size: PHONE },
  { lang: "en", scheme: "dark", size: PHONE },
  { lang: "en", scheme: "light", size: DESKTOP },
  { lang: "id", scheme: "dark", size: DESKTOP },
];

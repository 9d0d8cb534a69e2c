skip-to-content = Đi tới nội dung
language-switch = Ngôn ngữ
language-partial = Phần chưa được dịch sang tiếng { $language } hiện bằng tiếng Việt.
synthetic-notice = Dữ liệu mô phỏng để minh họa, không phải khảo sát thật.
footer-about = Plumbline đo mức độ hài lòng của người dân đối với dịch vụ hành chính công và cho biết kết quả chắc chắn đến đâu.
footer-links = Liên kết
footer-receipt = Tra cứu mã biên nhận
footer-api = Dữ liệu và API
error-home = Về trang chủ
error-400 = Không đọc được yêu cầu
    .advice = Trình duyệt đã gửi một yêu cầu mà hệ thống không hiểu. Vui lòng quay lại và thử lần nữa.
error-401 = Cần quyền truy cập
    .advice = Trang này chỉ dành cho người có liên kết hoặc mã truy cập của quản trị viên.
error-404 = Không tìm thấy trang
    .advice = Liên kết có thể bị gõ sai hoặc đã hết hiệu lực. Nếu liên kết lấy từ áp phích hoặc giấy, vui lòng quét lại mã.
error-405 = Không thể thực hiện thao tác này
    .advice = Trang này không nhận loại yêu cầu vừa gửi. Vui lòng quay lại trang chủ.
error-409 = Yêu cầu không còn phù hợp
    .advice = Nội dung đã thay đổi trong lúc ông/bà thao tác. Vui lòng tải lại trang.
error-410 = Trang này không còn nữa
    .advice = Nội dung ông/bà tìm đã được gỡ và sẽ không trở lại.
error-413 = Nội dung gửi quá dài
    .advice = Vui lòng rút ngắn phần ông/bà đã viết rồi gửi lại.
error-415 = Định dạng không được hỗ trợ
    .advice = Vui lòng dùng biểu mẫu trên trang để gửi.
error-422 = Có nội dung chưa đúng
    .advice = Vui lòng quay lại, kiểm tra những gì đã điền và thử lại.
error-429 = Quá nhiều yêu cầu
    .advice = Vui lòng đợi một phút rồi thử lại.
error-503 = Hiện chưa thể hiển thị trang này
    .advice = Cơ sở dữ liệu không trả lời. Không có gì bị mất. Xin thử lại sau giây lát.

# Danh sách dài được chia thành trang.
list-search = Tìm theo tên hoặc mã
list-find = Tìm
list-all = Hiện tất cả
list-range = { $first }–{ $last } trên { $all }
list-found = { $number ->
    [0] Tìm thấy: 0 trên { $all }
   *[other] Tìm thấy: { $found } trên { $all }; đang hiện: { $first }–{ $last }
  }
list-pages = Các trang của danh sách
list-page = Trang { $page } trên { $pages }
list-first = Đầu
list-previous = Trước
list-next = Sau
list-last = Cuối
